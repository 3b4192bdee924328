package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Restoration;
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How fast the last restore of a stack was; before the first one, how fast its backup was. */
record RestoreRate(Path folder) {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreRate.class);
    private static final long TELLING = 256L << 20;
    private static final String FILE = "restore-rate.json";

    Optional<Duration> estimate(Restoration restoration) {
        Duration saving =
                Duration.between(restoration.base().begun(), restoration.base().ended());
        long perSecond = measured().orElseGet(() -> restoration.base().bytes() / Math.max(1, saving.toSeconds()));
        return perSecond == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(restoration.bytes() / perSecond));
    }

    /** Bytes a second; what cannot be read is measured anew by the next restore. */
    private Optional<Long> measured() {
        try {
            Path file = folder.resolve(FILE);
            return Files.exists(file) ? Json.parse(Files.readString(file)).longAt("bytesPerSecond") : Optional.empty();
        } catch (IOException | JsonException unreadable) {
            LOG.atWarn().setCause(unreadable).log("the measured rate of restores cannot be read");
            return Optional.empty();
        }
    }

    void remember(long bytes, Duration took) {
        if (!Files.isDirectory(folder) || bytes < TELLING) {
            // restored elsewhere, where the source has no folder; or so little that its start is all that was measured
            return;
        }
        long perSecond = bytes * 1000 / Math.max(1, took.toMillis());
        try {
            AtomicFile.writePrivate(
                    folder.resolve(FILE),
                    Json.object()
                            .put("bytesPerSecond", perSecond)
                            .build()
                            .pretty()
                            .getBytes(StandardCharsets.UTF_8));
        } catch (IOException unwritable) {
            LOG.atWarn().setCause(unwritable).log("the measured rate of restores cannot be kept");
        }
    }
}
