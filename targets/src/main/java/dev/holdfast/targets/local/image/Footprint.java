package dev.holdfast.targets.local.image;

/**
 * What the engines of a cache take on disk.
 *
 * @param installed bytes of the images, each file once however many of them have it
 * @param kept bytes of the .debs, which are needed only to install the same version again without a mirror
 */
public record Footprint(long installed, long kept) {}
