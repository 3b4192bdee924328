package dev.holdfast.blueprint;

/**
 * A file the workload reads at {@code /config/<name>}. {@code preamble} stands before the content as it is (a section
 * head, an include); it is empty where there is none.
 */
public record ConfigurationFile(String name, String preamble, Content content) {
    public ConfigurationFile(String name, Content content) {
        this(name, "", content);
    }
}
