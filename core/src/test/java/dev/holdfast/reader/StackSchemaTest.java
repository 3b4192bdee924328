package dev.holdfast.reader;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.holdfast.testing.Golden;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class StackSchemaTest {
    private static final String HEAD = """
            {"apiVersion": "holdfast.dev/v1", "kind": "Stack", "metadata": {"name": "shop"}, "spec": %s}
            """;

    private final Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(StackSchema.json(Fakes.register()), InputFormat.JSON);

    @Test
    void isTheSameTextEveryTime() {
        Golden.check(
                Path.of("src/test/resources/dev/holdfast/reader/schema.json"),
                StackSchema.json(Fakes.register()) + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'services': {'main': {'engine': 'postgres'}}}",
                "{'services': {'main': {'engine': 'postgres', 'version': '16', 'resources': {'cpu': 0.5, 'memory': '2Gi'}}}}",
                "{'services': {'main': {'engine': 'postgres', 'resources': {'cpu': '250m'}, 'statementTimeout': '5m'}}}",
                "{'services': {'main': {'engine': 'postgres', 'pooler': {'mode': 'two-phase', 'clients': 10}}}}",
                "{'services': {'main': {'engine': 'postgres', 'roles': {'app': {'can': ['read']}}}}}",
                "{'services': {'main': {'engine': 'postgres', 'backups': {'to': 'objects/backups', 'keep': {}}}}}",
                "{'services': {'cache': {'engine': 'redis'}}, 'objectives': {'failover': '5s', 'lostWrites': 0}}",
                "{'services': {'cache': {'engine': 'redis'}}, 'environments': {'dev': {'services': {'cache': null}}}}",
                "{'services': {'main': {'engine': 'postgres'}}, 'environments': "
                        + "{'dev': {'services': {'main': {'pooler': null, 'backups': {'keep': {'daily': 1}}}}}}}"
            })
    void takesWhatTheReaderTakes(String spec) {
        assertThat(errors(spec)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'services': {}}",
                "{'services': {'main': {}}}",
                "{'services': {'main': {'engine': 'oracle'}}}",
                "{'services': {'main': {'engine': 'pgbouncer'}}}",
                "{'services': {'Main': {'engine': 'postgres'}}}",
                "{'services': {'main': {'engine': 'postgres', 'version': '9'}}}",
                "{'services': {'main': {'engine': 'postgres', 'version': 17}}}",
                "{'services': {'main': {'engine': 'postgres', 'buckets': {}}}}",
                "{'services': {'main': {'engine': 'postgres', 'resources': {'memory': 2048}}}}",
                "{'services': {'main': {'engine': 'postgres', 'resources': {'memory': '2GB'}}}}",
                "{'services': {'main': {'engine': 'postgres', 'statementTimeout': '5 minutes'}}}",
                "{'services': {'main': {'engine': 'postgres', 'extensions': ['vector', 'vector']}}}",
                "{'services': {'main': {'engine': 'postgres', 'extensions': ['a b']}}}",
                "{'services': {'main': {'engine': 'postgres', 'pooler': {'clients': 0}}}}",
                "{'services': {'main': {'engine': 'postgres', 'pooler': null}}}",
                "{'services': {'main': {'engine': 'postgres', 'roles': {'a b': {}}}}}",
                "{'services': {'main': {'engine': 'postgres', 'backups': {'keep': {}}}}}",
                "{'services': {'main': {'engine': 'postgres', 'backups': {'to': 'objects'}}}}",
                "{'services': {'main': {'engine': 'postgres'}}, 'ingestion': {}}",
                "{'services': {'main': {'engine': 'postgres'}}, 'environments': {'dev': {'environments': {}}}}",
                "{'services': {'main': {'engine': 'postgres'}}, 'environments': {'dev': {'services': {'main': {'x': 1}}}}}"
            })
    void refusesWhatTheReaderRefuses(String spec) {
        assertThat(errors(spec)).isNotEmpty();
    }

    private List<?> errors(String spec) {
        return schema.validate(HEAD.formatted(spec.replace('\'', '"')), InputFormat.JSON);
    }
}
