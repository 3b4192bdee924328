package dev.holdfast.blueprint;

import java.util.List;

/** One running part of a service, named so that the name alone is unique in the stack ({@code main-0}). */
public record Member(String name, String service, String role, List<Port> ports) {
    public Member {
        ports = List.copyOf(ports);
    }
}
