package dev.holdfast.targets.local.image;

import java.util.List;

/**
 * One image of the cache, for {@code holdfast engines}.
 *
 * @param engine what it was installed for ({@code postgresql-17}, {@code s3proxy-4.1.0})
 * @param asked the packages or the artifact that were asked for, each with its version ({@code redis-server 5:8.0.2-3})
 * @param origins the mirrors its packages came from
 * @param bytes what its files hold; files that several images have are one on disk and counted in each
 * @param ownBytes the part of {@code bytes} that no other image has: what removing it frees
 * @param current answers the next start; one that does not was replaced by an upgrade
 */
public record Installed(
        String engine,
        Image image,
        List<String> asked,
        List<String> origins,
        String date,
        long bytes,
        long ownBytes,
        long files,
        boolean current,
        boolean inUse) {
    public Installed {
        asked = List.copyOf(asked);
        origins = List.copyOf(origins);
    }
}
