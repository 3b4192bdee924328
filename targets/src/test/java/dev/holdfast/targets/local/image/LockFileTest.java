package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class LockFileTest {
    private static final DebianPackage REDIS = new DebianPackage(
            "redis-tools",
            "5:8.0-1",
            "amd64",
            "ab".repeat(32),
            10,
            20,
            "Debian:13/stable",
            "http://m.test/debian/r.deb");

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        var maven = new Programs.Maven("a.b:c", "1", List.of("x:y", "d:e"), Map.of("p:q", "2"));
        LockFile lock = new LockFile(new TreeMap<>())
                .with(entry(new Programs.Debian(List.of("redis-tools")), List.of()))
                .with(entry(maven, List.of(new LockFile.Jar("c-1.jar", "cd".repeat(32), 7))));
        lock.write(folder.resolve("engines.lock"));
        LockFile read = LockFile.read(folder.resolve("engines.lock"));
        assertThat(read.entries().keySet()).isEqualTo(lock.entries().keySet());
        assertThat(read.packages()).containsExactly(REDIS);
        assertThat(read.entry(new Request(maven)).orElseThrow().jars()).hasSize(1);
    }

    @Test
    void aRequestKeepsItsKeyThroughTheLockFile() {
        for (Programs programs : List.of(
                new Programs.Debian(List.of("z", "a", "z")),
                new Programs.Debian(List.of()),
                new Programs.Maven("g:a", "1", List.of("b:b", "a:a"), Map.of("p:p", "2", "o:o", "3")))) {
            Request request = new Request(programs);
            assertThat(Request.parse(request.text()).key()).isEqualTo(request.key());
        }
    }

    @Test
    void aLineThatCannotBeReadIsNamed() throws IOException {
        Path file = folder.resolve("engines.lock");
        for (String line : List.of(
                "package\tredis\t1\tamd64\tnot-a-sum\t1\t1\ts\to",
                "holdfast-engines\t2",
                "jar\tx\ty",
                "image\tamd64\t2026-01-01\tnpm x")) {
            Files.writeString(file, "# head\n" + line + "\n");
            var refusal = catchThrowableOfType(HoldfastException.class, () -> LockFile.read(file));
            assertThat(refusal.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.code()).isEqualTo(Code.HF3017);
                assertThat(problem.cause()).isEqualTo("line 2 of " + file + " cannot be read: " + line);
            });
        }
    }

    private static LockFile.Entry entry(Programs programs, List<LockFile.Jar> jars) {
        return new LockFile.Entry(new Request(programs), "amd64", "2026-01-01", List.of(REDIS), jars);
    }
}
