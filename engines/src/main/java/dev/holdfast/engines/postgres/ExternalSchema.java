package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.PostgresExtensions.Extension;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which changes of databases, schemas and extensions the keeper's rights on an external server allow. Pure. */
record ExternalSchema(String service, ExternalKeeper keeper, PostgresExtensions known) {

    record Fitted(List<Change> changes, List<String> notes) {}

    /** @param owners of the databases that are there */
    Fitted fitted(List<Change> changes, SortedMap<String, String> owners) {
        List<Change> allowed = new ArrayList<>();
        SortedSet<String> notes = new TreeSet<>();
        for (Change change : changes) {
            String[] words = change.where().split("/", -1);
            String database = words.length > 2 ? words[2] : "";
            boolean dropsDatabase = words.length == 3 && change.risk() == Risk.DATA;
            Optional<String> withheld = dropsDatabase ? Optional.of("") : withheld(words, database, owners);
            withheld.ifPresentOrElse(
                    reason -> {
                        if (!reason.isEmpty()) {
                            notes.add(service + ": " + reason + ".");
                        }
                    },
                    () -> allowed.add(change));
        }
        return new Fitted(List.copyOf(allowed), List.copyOf(notes));
    }

    private Optional<String> withheld(String[] words, String database, SortedMap<String, String> owners) {
        Optional<String> owner = Optional.ofNullable(owners.get(database));
        if (owner.isEmpty() && !keeper.mayCreateDatabases()) {
            return Optional.of("database " + database + " is not there, and " + keeper.name()
                    + " may not create it (no CREATEDB); have it created");
        }
        if (owner.isPresent() && !keeper.has(owner.get())) {
            return Optional.of("database " + database + " belongs to " + owner.get() + ", whose rights " + keeper.name()
                    + " does not have; it is not marked, and nothing is created in it");
        }
        return words.length > 4 && words[3].equals("extensions") ? extension(words[4], database) : Optional.empty();
    }

    private Optional<String> extension(String name, String database) {
        if (!keeper.offered().contains(name)) {
            return Optional.of("extension " + name + " is not installed on the server, so it is not created in "
                    + database + "; ask who runs it");
        }
        Optional<String> library = known.find(name).flatMap(Extension::preload);
        if (library.filter(keeper::lacks).isPresent()) {
            return Optional.of("extension " + name + " is not created in " + database
                    + ", because the server has not loaded its library (shared_preload_libraries)");
        }
        if (keeper.guarded().contains(name) && !keeper.superuser() && !keeper.provider()) {
            return Optional.of("extension " + name + " is not created in " + database
                    + ", because it is not trusted and " + keeper.name() + " is no superuser; have one create it");
        }
        return Optional.empty();
    }
}
