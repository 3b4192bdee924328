package dev.holdfast.engine;

import java.util.Map;

/** A page of metrics: which member's which port, and the labels its samples get besides {@code service}. */
public record Scrape(String job, String service, String member, String port, String path, Map<String, String> labels) {
    public Scrape {
        labels = Map.copyOf(labels);
    }
}
