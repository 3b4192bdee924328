package dev.holdfast.engines;

import dev.holdfast.engine.Register;
import dev.holdfast.engines.neo4j.Neo4jEngine;
import dev.holdfast.engines.pgbouncer.PgBouncerEngine;
import dev.holdfast.engines.postgres.PostgresEngine;
import dev.holdfast.engines.prometheus.PrometheusEngine;
import dev.holdfast.engines.questdb.QuestDbEngine;
import dev.holdfast.engines.redis.RedisEngine;
import dev.holdfast.engines.s3.S3Engine;
import java.time.InstantSource;
import java.util.List;

/** Every engine Holdfast knows: a new one is its folder and a line here. */
public final class Engines {
    private Engines() {}

    public static Register register() {
        return new Register(List.of(
                new Neo4jEngine(InstantSource.system()),
                new PgBouncerEngine(),
                new PostgresEngine(),
                new PrometheusEngine(),
                new QuestDbEngine(),
                new RedisEngine(),
                new S3Engine(InstantSource.system())));
    }
}
