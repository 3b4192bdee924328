package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether a server as the file says it now has the libraries that what was saved needs. */
final class Extensions {
    private Extensions() {}

    static void require(Service<PostgresSpec> service, Ledger ledger) {
        PostgresExtensions known = PostgresExtensions.known();
        Set<String> installed = Declared.of(service, known).extensions().stream()
                .map(PostgresExtensions.Extension::name)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> missing = new TreeSet<>();
        for (String extension : ledger.extensions()) {
            String name = extension.substring(extension.indexOf('/') + 1).split(" ", 2)[0];
            // those without a package of their own come with every server
            known.byName().values().stream()
                    .filter(one ->
                            one.name().equals(name) && one.debianPackage().isPresent())
                    .filter(one -> !installed.contains(name))
                    .forEach(one -> missing.add(name));
        }
        if (!missing.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3631,
                    "the backup holds the extension" + (missing.size() == 1 ? " " : "s ") + String.join(", ", missing)
                            + ", which service '" + service.name() + "' of the stack file does not declare any more",
                    "Add extensions: " + List.copyOf(missing)
                            + " to the service in the stack file, run holdfast apply, and restore again."));
        }
    }
}
