package dev.holdfast.engines.prometheus;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.NotYet;
import dev.holdfast.language.Range;
import java.time.Duration;

/** What a Prometheus service may say of itself. */
@Doc("Prometheus with Alertmanager: collects what the other services measure, and watches it by their alert rules.")
@NotYet(
        key = "notify",
        because = "receivers of alerts come in a later version",
        instead = "Look at the alerts in Alertmanager's own pages, whose address `holdfast status` shows.")
public record PrometheusSpec(
        @Doc("How often the services are asked and the rules evaluated.")
        @Default("15s")
        @Range(least = "1s", most = "5m")
        Duration every,

        @Doc("How long figures are kept; the oldest go earlier where `resources.storage` is full.")
        @Default("15d")
        @Range(least = "1h", most = "3650d")
        Duration keep) {}
