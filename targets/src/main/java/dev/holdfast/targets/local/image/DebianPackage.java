package dev.holdfast.targets.local.image;

/**
 * One Debian package as the lock file pins it.
 *
 * @param bytes of the .deb
 * @param installedBytes what the package says it takes on disk, before anything is left out
 * @param suite as apt names it ({@code Debian:13.7/stable})
 * @param origin the address of the .deb at the mirror it was resolved from
 */
record DebianPackage(
        String name,
        String version,
        String architecture,
        String sha256,
        long bytes,
        long installedBytes,
        String suite,
        String origin) {

    /** Unique for this name, version and architecture, and safe as a folder name. */
    String id() {
        return name + "_" + version.replace(":", "%3a") + "_" + architecture;
    }

    String selector() {
        return name + "=" + version;
    }
}
