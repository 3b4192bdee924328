package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engines.postgres.protection.ArchiverSession.Flushed;
import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What lies in the store of a service, read anew each time. */
record Contents(PgBackRest programs) {
    Stored stored(Place place) throws InterruptedException {
        return Stored.of(place.name(), place.repository().stanza(), programs.read(place, "--output=json", "info"));
    }

    Restores restores(Place place, Flushed flushed) throws InterruptedException {
        Stored stored = stored(place);
        Archive archive = archive(place, stored);
        return new Restores(place.name(), stored, archive, new NamedPoints(programs, place).all(), flushed);
    }

    Archive archive(Place place) throws InterruptedException {
        return archive(place, stored(place));
    }

    private Archive archive(Place place, Stored stored) throws InterruptedException {
        if (stored.archive().isEmpty()) {
            return new Archive(List.of(), new TreeMap<>());
        }
        String folder = "archive/" + place.repository().stanza() + "/" + stored.archive();
        Archive archive =
                Archive.of(place.name(), programs.read(place, "--output=json", "--recurse", "repo-ls", folder));
        SortedMap<Integer, SortedMap<Integer, Long>> histories = new TreeMap<>();
        for (int timeline : archive.forks().keySet()) {
            histories.put(
                    timeline, Archive.history(programs.archived(place, folder + "/" + Archive.historyFile(timeline))));
        }
        return archive.with(histories);
    }

    /** What was counted when that backup was taken. */
    Optional<Ledger> ledger(Place place, String id) throws InterruptedException {
        return Ledger.of(programs.get(place, Ledger.path(place.repository().stanza(), id)));
    }
}
