package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import java.util.Optional;

/**
 * How long it takes to see whether a server with many roles and schemas is as its file says: everything is asked of a
 * real server and compared. First with one thing changed by hand, so that there is something to be found.
 */
final class AccessDiff {
    private static final int ROUNDS = 3;
    private static final int ROLES = 200;
    private static final int SCHEMAS = 50;
    private static final int CREATORS = 10;
    private static final int TABLES = 10;

    private final Installation installation;
    private final Page page;

    AccessDiff(Installation installation, Page page) {
        this.installation = installation;
        this.page = page;
    }

    void measure() {
        RunningStack stack = RunningStack.up(installation, installation.home().resolve("roles"), "roles", yaml());
        admin(
                stack,
                "DO $$ BEGIN FOR s IN 1.." + SCHEMAS + " LOOP FOR t IN 1.." + TABLES
                        + " LOOP EXECUTE format('CREATE TABLE s%s.t%s (id int GENERATED ALWAYS AS IDENTITY, n int);"
                        + " ALTER TABLE s%s.t%s OWNER TO role%s', s, t, s, t, t); END LOOP; END LOOP; END $$");
        stack.run("apply", "--yes").orFail();
        String plan = stack.run("plan").orFail().text();
        if (!plan.contains("nothing") && !plan.contains("no ")) {
            page.remark("the plan of the access diff was not empty: "
                    + plan.lines().findFirst().orElse(""));
        }
        admin(stack, "REVOKE SELECT ON s7.t3 FROM role150");
        if (!stack.run("plan").orFail().out().contains("role150")) {
            throw new AssertionError("the plan does not see what was revoked by hand");
        }
        Samples floor = Samples.millis(ROUNDS, () -> stack.run("status").orFail());
        Samples samples = Samples.millis(ROUNDS, () -> stack.run("plan").orFail());
        page.add(new Row(
                "access diff, " + ROLES + " roles × " + SCHEMAS + " schemas with " + TABLES + " tables each, "
                        + CREATORS + " of the roles may create",
                samples,
                "ms",
                Optional.of(new Row.Floor("`holdfast status` of that stack", floor)),
                "≤ 1 s",
                samples.median() <= 1_000,
                "holdfast plan"));
        stack.run("down", "--purge", "roles", "--yes");
    }

    private static void admin(RunningStack stack, String sql) {
        stack.run("connect", "main", "--role", "holdfast", "--", "-d", "app", "-v", "ON_ERROR_STOP=1", "-c", sql)
                .orFail();
    }

    private static String yaml() {
        StringBuilder yaml = new StringBuilder("""
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: roles }
                spec:
                  services:
                    main:
                      engine: postgres
                      resources: { memory: 2Gi }
                      parameters: { max_connections: "60" }
                      databases:
                        app:
                          schemas:
                """);
        for (int schema = 1; schema <= SCHEMAS; schema++) {
            yaml.append("            s").append(schema).append(": {}\n");
        }
        yaml.append("      roles:\n");
        for (int role = 1; role <= ROLES; role++) {
            String can = role <= CREATORS ? "[read, write, ddl]" : "[read, write]";
            yaml.append("        role").append(role).append(": { can: ").append(can);
            yaml.append(role % 10 == 0 ? ", schemas: { s1: [read], s2: [] } }\n" : " }\n");
        }
        return yaml.toString();
    }
}
