package dev.holdfast.engines.postgres;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Cron;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.Optional;

/** What is wrong with the backups of a PostgreSQL service beyond single values. */
record BackupsCheck(Service<PostgresSpec> service, BackupsSpec backups, Stack stack, Problems problems) {
    void run() {
        schedule("full", Optional.of(backups.full()));
        schedule("differential", backups.differential());
        schedule("incremental", backups.incremental());
        BackupsSpec.Keep keep = backups.keep();
        if (keep.daily() + keep.weekly() + keep.monthly() == 0) {
            add(
                    Code.HF1552,
                    "backups.keep",
                    "service '" + service.name() + "' would keep no backup at all",
                    "Write at least one of daily:, weekly: and monthly: above 0, as in keep: { daily: 7 }.");
        }
        Optional.ofNullable(stack.services().get(backups.to().service()))
                .filter(target -> !target.engine().equals("s3"))
                .ifPresent(target -> add(
                        Code.HF1551,
                        "backups.to",
                        "service '" + service.name() + "' saves itself to '" + backups.to() + "', and '" + target.name()
                                + "' is no object store but " + target.engine(),
                        "Name a bucket of a service with engine: s3, as in to: objects/backups."));
    }

    private void schedule(String key, Optional<String> written) {
        written.ifPresent(text -> {
            if (Cron.read(text) instanceof Cron.Read.Refused(String because)) {
                add(
                        Code.HF1550,
                        "backups." + key,
                        "the time '" + text + "' " + because,
                        "Write the five words of cron, such as \"0 2 * * *\" for every day at two (UTC).");
            }
        });
    }

    private void add(Code code, String path, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy).at(service.positions().of(path)));
    }
}
