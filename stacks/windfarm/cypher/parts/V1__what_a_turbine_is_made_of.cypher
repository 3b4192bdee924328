// The kinds of parts, and what contains what.
MERGE (rotor:Kind {name: 'rotor'})
MERGE (blade:Kind {name: 'blade'})
MERGE (gearbox:Kind {name: 'gearbox'})
MERGE (nacelle:Kind {name: 'nacelle; with its yaw drive'})
MERGE (rotor)-[:CONTAINS {count: 3}]->(blade)
MERGE (nacelle)-[:CONTAINS {count: 1}]->(gearbox);

MERGE (:Supplier {name: 'North Casting'});
