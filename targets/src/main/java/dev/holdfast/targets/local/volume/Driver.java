package dev.holdfast.targets.local.volume;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a volume is made of. */
public enum Driver {
    /** A folder whose files can only be copied. */
    COPY,
    /** A folder on a file system that clones files. */
    REFLINK,
    /** A folder on Btrfs: what it holds of a stack is a subvolume. */
    BTRFS,
    /** A file with an XFS inside, mounted by Holdfast. */
    XFS_IMAGE,
    /** A file with a Btrfs inside, mounted by Holdfast. */
    BTRFS_IMAGE;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Driver> of(String word) {
        return Arrays.stream(values())
                .filter(driver -> driver.word().equals(word))
                .findFirst();
    }

    /** Whether a clone shares what neither side has changed. */
    public boolean isCopyOnWrite() {
        return this != COPY;
    }

    /** Whether a clone of a whole stack is of one instant, without anybody being stopped. */
    public boolean isAtomic() {
        return this == BTRFS || this == BTRFS_IMAGE;
    }

    public boolean isImage() {
        return this == XFS_IMAGE || this == BTRFS_IMAGE;
    }
}
