package dev.holdfast.targets.local.volume;

/**
 * The space of a volume in bytes.
 *
 * @param size of the whole file system
 * @param free what programs may still write, the reserve not counted
 * @param reserve what Holdfast keeps back so that a full volume can be mended
 * @param most how far the disk below lets an image really fill; the same as {@code free} for everything else
 */
public record Room(long size, long free, long reserve, long most) {
    private static final long NEAR = 512L << 20;

    /** Whether somebody should act: less than a tenth is left, and less than half a GiB of it or a fiftieth. */
    public boolean isNearlyFull() {
        long left = Math.min(free, most);
        return left < size / 10 && (left < NEAR || left < size / 50);
    }

    public boolean isFull() {
        return Math.min(free, most) < Math.min(16L << 20, size / 50);
    }
}
