package dev.holdfast.engines.postgres;

import java.util.ArrayList;
import java.util.List;

/** What rights that are less than a superuser's mean for tenants and for the audit; each a sentence of a plan. Pure. */
final class ExternalRows {
    private ExternalRows() {}

    static List<String> notes(Declared declared, ExternalAccess.Fitted fitted) {
        ExternalKeeper keeper = fitted.keeper();
        String name = declared.service().name();
        List<String> notes = new ArrayList<>();
        if (keeper.superuser()) {
            return notes;
        }
        declared.databases().forEach((database, spec) -> {
            String where = name + "/" + database + ": ";
            boolean reached = fitted.reached().contains(database);
            if (!reached && (spec.tenancy().isPresent() || spec.audit().isPresent())) {
                notes.add(where + "its tenancy and its audit wait until the database is there and " + keeper.name()
                        + " has the rights of its owner.");
            }
            if (reached && (spec.tenancy().isPresent() || spec.audit().isPresent())) {
                notes.add(
                        where + keeper.name()
                                + " is no superuser and can make no event trigger: a table that holdfast migrate makes is closed and watched in the file that makes it, one that anything else makes is by the next apply.");
            }
            if (reached && spec.tenancy().isPresent() && keeper.bound().isPresent()) {
                notes.add(
                        where + keeper.name()
                                + " has no BYPASSRLS, so the policies of tenants bind it too: a migration that reads or changes rows of tenants is refused there rather than done to none of them, until it names the tenant.");
            }
            if (reached
                    && spec.audit().isPresent()
                    && declared.extensions(database).stream()
                            .anyMatch(extension -> extension.name().equals("pgaudit"))) {
                notes.add(
                        where
                                + "of which tables pgaudit writes down statements is said by settings that only a superuser may set (pgaudit.role, pgaudit.log), so Holdfast leaves them to the provider; the audit of rows does not need them.");
            }
        });
        return notes;
    }
}
