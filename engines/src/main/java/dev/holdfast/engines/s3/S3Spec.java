package dev.holdfast.engines.s3;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Names;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an object store may say of itself. */
@Doc("An object store that speaks S3, with TLS and signed requests (AWS Signature Version 4).")
public record S3Spec(
        @Doc(
                "The buckets it keeps. A bucket that is taken out of the file goes only when it is empty and somebody approves.")
        @Names(
                value = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
                rule = "3 to 63 small letters, digits, `.` and `-`, with a letter or digit at both ends")
        @Example("{ backups: { versioned: true } }")
        SortedMap<String, Bucket> buckets,

        @Doc("Who may connect. Without any, there is one role `app` that may read and write.")
        SortedMap<String, Role> roles) {

    public S3Spec {
        buckets = Collections.unmodifiableSortedMap(new TreeMap<>(buckets));
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }

    /** The roles of the file, or the one that stands for none. */
    SortedMap<String, Role> rolesInForce() {
        return roles.isEmpty()
                ? Collections.unmodifiableSortedMap(
                        new TreeMap<>(Map.of("app", new Role(List.of(Can.READ, Can.WRITE)))))
                : roles;
    }

    /** The role an application would use: {@code app} where there is one, else the first that may write, else the first. */
    String applicationRole() {
        SortedMap<String, Role> inForce = rolesInForce();
        if (inForce.containsKey("app")) {
            return "app";
        }
        return inForce.entrySet().stream()
                .filter(role -> role.getValue().writes())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> inForce.keySet().iterator().next());
    }

    /** One bucket. */
    @Doc("One bucket.")
    public record Bucket(
            @Doc("Whether overwritten and deleted objects are kept as versions.") @Default("false")
            boolean versioned) {}

    /** What a role may do. */
    public enum Can {
        @Doc("List buckets and objects, and read them.")
        READ,
        @Doc("Write and delete objects; goes with `read`.")
        WRITE
    }

    /** One who may connect. */
    @Doc("One who may connect.")
    public record Role(
            @Doc("What the role may do, in every bucket.") @Default("[read]")
            List<Can> can) {
        public Role {
            can = List.copyOf(can);
        }

        boolean writes() {
            return can.contains(Can.WRITE);
        }
    }
}
