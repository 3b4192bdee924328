package dev.holdfast.targets.local.volume;

/**
 * The space of a volume in bytes.
 *
 * @param size of the whole file system
 * @param free what programs may still write, the reserve not counted
 * @param reserve what Holdfast keeps back so that a full volume can be mended
 * @param most how far the disk below lets a sparse image fill; the same as {@code free} for everything else
 */
public record Room(long size, long free, long reserve, long most) {
    private static final long MEBI = 1L << 20;

    public long left() {
        return Math.min(free, most);
    }

    /** Whether somebody should act: less than a tenth is left, where that is less than 2 GiB. */
    public boolean isNearlyFull() {
        return left() < Math.clamp(size / 10, 64 * MEBI, 2048 * MEBI);
    }

    /** Whether the next large write may fail: less than a twentieth is left, where that is less than 512 MiB. */
    public boolean isFull() {
        return left() < Math.clamp(size / 20, 32 * MEBI, 512 * MEBI);
    }
}
