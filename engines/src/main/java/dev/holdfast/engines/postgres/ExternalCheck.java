package dev.holdfast.engines.postgres;

import dev.holdfast.engines.ExternalPostgres;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.secret.GivenFile;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is wrong with a service whose server somebody else runs, as far as the stack file alone shows it. */
record ExternalCheck(Service<PostgresSpec> service, Problems problems) {
    /** What is said of the server itself, which is its provider's to say. */
    private static final Map<String, String> THEIRS = new TreeMap<>(Map.of(
            "allow", "who may come from where is said by its pg_hba.conf, or by its provider's allow-list",
            "version", "the server has the version it has, which holdfast status shows",
            "resources", "its size is set where it is run",
            "standbys", "its copies are made where it is run",
            "replication", "its copies are made where it is run",
            "parameters", "its settings are set where it is run",
            "backups", "its backups need its own disk, so they are made where it is run"));

    void run(ExternalSpec external) {
        reference(external.url(), "external.url", "the address, password included");
        external.ca().ifPresent(ca -> reference(ca, "external.ca", "the certificate"));
        THEIRS.forEach((key, because) -> {
            if (isWritten(key)) {
                add(
                        Code.HF1523,
                        key,
                        "service '" + service.name() + "' is external and has " + key + ":",
                        "Remove it: " + because + ".");
            }
        });
    }

    private boolean isWritten(String key) {
        return service.positions().byPath().keySet().stream()
                .anyMatch(path -> path.equals(key) || path.startsWith(key + "."));
    }

    /** Quotes nothing of what was written: it may well be the password. */
    private void reference(String written, String path, String what) {
        if (!written.startsWith(GivenFile.PREFIX) || written.length() == GivenFile.PREFIX.length()) {
            add(
                    Code.HF1522,
                    path,
                    "service '" + service.name() + "' does not say where the file is that holds " + what,
                    "Write " + path.substring("external.".length())
                            + ": file:<path>, and what it should be into that file; a stack file holds references only. "
                            + "If a password was written here, change it.");
        }
    }

    private void add(Code code, String path, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy).at(service.positions().of(path)));
    }

    /** What every plan of such a service says. */
    static List<String> notes(Service<PostgresSpec> service) {
        String name = service.name();
        List<String> notes = new ArrayList<>();
        ExternalPostgres.of(service)
                .flatMap(ExternalPostgres::weakness)
                .ifPresent(weakness -> notes.add(name + ": " + weakness
                        + ". Remove sslmode from its address, or write sslmode=verify-full, and name the authority in external.ca where the system does not know it; holdfast doctor "
                        + name + " says whether that will work."));
        notes.addAll(
                List.of(
                        name
                                + ": somebody else runs this server: Holdfast starts, stops, sizes and saves nothing of it, has no hand in its pg_hba.conf, runs no exporter beside it, and writes no log of who changes its shape.",
                        name
                                + ": databases and roles that the stack does not declare are left as they are, and so is who may enter them."));
        return List.copyOf(notes);
    }
}
