package dev.holdfast.proof.benchmark;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;

/** Flyway as it comes: in this process, and as its own command runs it, in a new one. */
record PlainFlyway(String url, String user, String password, String files) {

    void here() {
        Flyway.configure()
                .loggers("slf4j")
                .dataSource(url, user, password)
                .locations("filesystem:" + files)
                .load()
                .migrate();
    }

    void inItsOwnProcess() {
        try {
            String java = ProcessHandle.current().info().command().orElse("java");
            ProcessBuilder process = new ProcessBuilder(
                            List.of(java, "-cp", System.getProperty("java.class.path"), PlainFlyway.class.getName()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            process.environment().putAll(Map.of("URL", url, "USER", user, "PASSWORD", password, "FILES", files));
            int status = process.start().waitFor();
            if (status != 0) {
                throw new AssertionError("Flyway ended with " + status);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static void main(String[] none) {
        new PlainFlyway(said("URL"), said("USER"), said("PASSWORD"), said("FILES")).here();
    }

    private static String said(String name) {
        return Optional.ofNullable(System.getenv(name)).orElseThrow();
    }
}
