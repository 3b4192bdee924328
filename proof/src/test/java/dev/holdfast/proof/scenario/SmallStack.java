package dev.holdfast.proof.scenario;

/** Stack files of the scenarios, as small as the question allows. */
final class SmallStack {
    private SmallStack() {}

    /** One Redis: the quickest engine to start. */
    static String redis(String name) {
        return """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: %s }
                spec:
                  services:
                    cache:
                      engine: redis
                      resources: { memory: 128Mi }
                """.formatted(name);
    }

    /** A Postgres with its pooler, and a Redis. */
    static String pair(String name) {
        return """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: %s }
                spec:
                  services:
                    main:
                      engine: postgres
                      resources: { memory: 512Mi }
                      pooler: { mode: transaction }
                      databases:
                        app: {}
                      roles:
                        app: { can: [read, write, ddl], through: pooler }
                    cache:
                      engine: redis
                      resources: { memory: 128Mi }
                """.formatted(name);
    }
}
