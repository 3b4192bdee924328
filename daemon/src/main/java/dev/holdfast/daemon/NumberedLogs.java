package dev.holdfast.daemon;

import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.RolloverFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Keeps the predecessors of a log as {@code .1} to {@code .n}. Logback's own takes the path for a pattern, and a folder may have any name. */
final class NumberedLogs extends RollingPolicyBase {
    private final Path file;
    private final int kept;

    NumberedLogs(Path file, int kept) {
        this.file = file;
        this.kept = kept;
    }

    @Override
    public void rollover() throws RolloverFailure {
        try {
            for (int number = kept; number > 1; number--) {
                if (Files.exists(numbered(number - 1))) {
                    Files.move(numbered(number - 1), numbered(number), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.move(file, numbered(1), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new RolloverFailure("the log " + file + " cannot be set aside", failed);
        }
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public String getActiveFileName() {
        return file.toString();
    }
}
