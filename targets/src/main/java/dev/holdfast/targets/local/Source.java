package dev.holdfast.targets.local;

import java.nio.file.Path;
import java.util.Optional;

/** Where a stack came from: its file as an absolute path, the environment chosen and the resolved text that was applied. */
public record Source(Path file, Optional<String> environment, String resolved) {}
