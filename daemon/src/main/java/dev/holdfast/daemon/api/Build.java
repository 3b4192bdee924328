package dev.holdfast.daemon.api;

/** Which Holdfast this is: the version for people, the build for telling two of one version apart. */
public record Build(String version, String id) {}
