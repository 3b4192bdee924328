-- The catalogue, and one small organisation to try things with. Run again, it brings both back to what is written here.

INSERT INTO components (part, name, kind, mass_kg, lifetime) VALUES
    ('CH-0100', 'Low chassis', 'chassis', 38.5, NULL),
    ('CH-0200', 'Tall chassis', 'chassis', 61.0, NULL),
    ('DR-0100', 'Wheel drive', 'drive', 6.2, interval '3 years'),
    ('DR-0300', 'Track drive', 'drive', 14.8, interval '4 years'),
    ('BA-0480', 'Battery 480 Wh', 'battery', 3.1, interval '2 years'),
    ('BA-0960', 'Battery 960 Wh', 'battery', 5.9, interval '2 years'),
    ('SE-0001', 'Lidar', 'sensor', 0.9, interval '5 years'),
    ('SE-0002', 'Stereo camera', 'sensor', 0.3, interval '5 years'),
    ('SE-0003', 'Gas sensor', 'sensor', 0.2, interval '1 year'),
    ('GR-0010', 'Two-finger gripper', 'gripper', 1.4, interval '18 months'),
    ('CO-0007', 'Computer', 'computer', 0.8, NULL)
ON CONFLICT (part) DO UPDATE
   SET name = excluded.name, kind = excluded.kind, mass_kg = excluded.mass_kg, lifetime = excluded.lifetime;

INSERT INTO models (code, name, kind, payload_kg, runtime, daily_price, specification) VALUES
    ('sepulka-one', 'Sepulka One', 'carrier', 120, interval '9 hours', 48.00, '{"width_mm": 640, "ip": 54}'),
    ('sepulka-mop', 'Sepulka Mop', 'cleaner', 15, interval '6 hours', 31.50, '{"width_mm": 520, "ip": 65}'),
    ('sepulka-hand', 'Sepulka Hand', 'arm', 7, interval '12 hours', 72.00, '{"reach_mm": 910, "ip": 40}'),
    ('sepulka-nose', 'Sepulka Nose', 'inspector', 4, interval '14 hours', 55.00, '{"width_mm": 380, "ip": 67}')
ON CONFLICT (code) DO UPDATE
   SET name = excluded.name, kind = excluded.kind, payload_kg = excluded.payload_kg, runtime = excluded.runtime,
       daily_price = excluded.daily_price, specification = excluded.specification;

INSERT INTO model_components (model_id, component_id, quantity)
SELECT m.id, c.id, b.quantity
  FROM (VALUES
    ('sepulka-one', 'CH-0100', 1), ('sepulka-one', 'DR-0100', 4), ('sepulka-one', 'BA-0960', 2),
    ('sepulka-one', 'SE-0001', 2), ('sepulka-one', 'CO-0007', 1),
    ('sepulka-mop', 'CH-0100', 1), ('sepulka-mop', 'DR-0100', 3), ('sepulka-mop', 'BA-0480', 2),
    ('sepulka-mop', 'SE-0002', 2), ('sepulka-mop', 'CO-0007', 1),
    ('sepulka-hand', 'CH-0200', 1), ('sepulka-hand', 'GR-0010', 1), ('sepulka-hand', 'BA-0480', 1),
    ('sepulka-hand', 'SE-0002', 3), ('sepulka-hand', 'CO-0007', 1),
    ('sepulka-nose', 'CH-0100', 1), ('sepulka-nose', 'DR-0300', 2), ('sepulka-nose', 'BA-0960', 1),
    ('sepulka-nose', 'SE-0001', 1), ('sepulka-nose', 'SE-0003', 4), ('sepulka-nose', 'CO-0007', 1)
  ) AS b (model, part, quantity)
  JOIN models AS m ON m.code = b.model
  JOIN components AS c ON c.part = b.part
ON CONFLICT (model_id, component_id) DO UPDATE
   SET quantity = excluded.quantity;

INSERT INTO organisations (slug, name, state, country)
VALUES ('tichy-voyages', 'Tichy Voyages', 'active', 'PL')
ON CONFLICT (slug) DO NOTHING;

INSERT INTO people (email, name) VALUES
    ('ijon@tichy.example', 'Ijon Tichy'),
    ('tarantoga@tichy.example', 'Professor Tarantoga')
ON CONFLICT (email) DO NOTHING;

INSERT INTO memberships (organisation_id, person_id, role)
SELECT o.id, p.id, m.role
  FROM (VALUES ('ijon@tichy.example', 'owner'::member_role), ('tarantoga@tichy.example', 'technician')) AS m (email, role)
  JOIN people AS p ON p.email = m.email::email
  JOIN organisations AS o ON o.slug = 'tichy-voyages'
ON CONFLICT (organisation_id, person_id) DO NOTHING;

INSERT INTO sites (organisation_id, code, name, time_zone, location)
SELECT o.id, 'sepulkarium', 'Sepulkarium', 'Europe/Warsaw', point(19.94, 50.06)
  FROM organisations AS o
 WHERE o.slug = 'tichy-voyages'
ON CONFLICT (organisation_id, code) DO NOTHING;

INSERT INTO fleets (organisation_id, site_id, name)
SELECT s.organisation_id, s.id, 'Day shift'
  FROM sites AS s
  JOIN organisations AS o ON o.id = s.organisation_id
 WHERE o.slug = 'tichy-voyages' AND s.code = 'sepulkarium'
ON CONFLICT (organisation_id, name) DO NOTHING;

INSERT INTO robots (organisation_id, model_id, fleet_id, serial, name, state, firmware, built_on)
SELECT f.organisation_id, m.id, f.id, r.serial, r.name, 'idle', '1.0.0', date '2026-01-15'
  FROM (VALUES ('SPK-00000001', 'Ardrit', 'sepulka-one'), ('SPK-00000002', 'Murkwia', 'sepulka-mop'),
               ('SPK-00000003', 'Pćma', 'sepulka-nose')) AS r (serial, name, model)
  JOIN models AS m ON m.code = r.model
  JOIN organisations AS o ON o.slug = 'tichy-voyages'
  JOIN fleets AS f ON f.organisation_id = o.id AND f.name = 'Day shift'
ON CONFLICT (serial) DO NOTHING;
