package dev.holdfast.targets.local.volume;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is asked for in a volume.
 *
 * @param driver empty for the best one that this machine can do
 * @param size in bytes, of an image
 * @param at the folder for a volume that is no image; empty for one of Holdfast's own
 * @param sparse whether an image takes of the disk only what is in it
 */
public record Wish(String name, Optional<Driver> driver, OptionalLong size, Optional<Path> at, boolean sparse) {}
