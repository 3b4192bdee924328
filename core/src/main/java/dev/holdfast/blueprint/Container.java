package dev.holdfast.blueprint;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The same workload where containers run: the official image with its pinned tag, the environment that image wants and
 * the command it is given after its own entry point. {@code healthCheck} is an argument list that exits with 0 when the member serves.
 *
 * <p>{@code user} is whom the image's program runs as ({@code 999:999}): the target hands {@code /data}, {@code /tls},
 * {@code /secrets} and {@code /config} over to that user; without it the image decides, and it is taken for root.
 * {@code firstStart} are files the image reads once, when {@code /data} is empty; {@code folders} are folders under
 * {@code /data} that stand ready before the first start (the buckets of a store).
 */
public record Container(
        String image,
        List<String> command,
        SortedMap<String, String> environment,
        List<String> healthCheck,
        Optional<String> user,
        List<FirstStart> firstStart,
        List<String> folders,
        List<String> entrypoint) {
    public Container {
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        healthCheck = List.copyOf(healthCheck);
        firstStart = List.copyOf(firstStart);
        folders = List.copyOf(folders);
        entrypoint = List.copyOf(entrypoint);
    }

    public Container(
            String image, List<String> command, SortedMap<String, String> environment, List<String> healthCheck) {
        this(image, command, environment, healthCheck, Optional.empty(), List.of(), List.of(), List.of());
    }

    public Container withUser(String user) {
        return new Container(
                image, command, environment, healthCheck, Optional.of(user), firstStart, folders, entrypoint);
    }

    public Container withFirstStart(List<FirstStart> files) {
        return new Container(image, command, environment, healthCheck, user, files, folders, entrypoint);
    }

    public Container withFolders(List<String> folders) {
        return new Container(image, command, environment, healthCheck, user, firstStart, folders, entrypoint);
    }

    /** Runs this program instead of what the image would run, for images whose own ignores its arguments. */
    public Container withEntrypoint(List<String> program) {
        return new Container(image, command, environment, healthCheck, user, firstStart, folders, program);
    }

    /**
     * A file at an absolute path of the image ({@code /docker-entrypoint-initdb.d/10-holdfast.sql}), secrets already
     * filled in. One below {@code /data} is put there where nothing has its name yet; all others of a member stand in
     * the same folder, read only.
     */
    public record FirstStart(String path, Content content) {}
}
