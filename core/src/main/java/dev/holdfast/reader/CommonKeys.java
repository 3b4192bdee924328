package dev.holdfast.reader;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import java.time.Duration;
import java.util.Optional;

/** The keys that every service has, whatever its engine. */
record CommonKeys(
        @Doc("The database product that this service is.") @Example("postgres")
        String engine,

        @Doc("The version of the engine, in quotes. Without it the engine's newest known version is used.")
        @Example("\"17\"")
        Optional<String> version,

        @Doc("What the service may use; the engine's settings are computed from it.")
        Asked resources,

        @Doc(
                "The service goes to sleep when no client has been connected for that long. The next connection wakes it and is "
                        + "served; until then the service takes no memory and no CPU.")
        @Range(least = "1s", most = "30d")
        @Example("5m")
        Optional<Duration> suspend) {

    /** What the file says of {@link Resources}; the engine's own values stand for the rest. */
    record Asked(
            @Doc("Processor cores, or thousandths of one.") @Example("0.5")
            Optional<Cpu> cpu,

            @Doc("Memory for all of a member's processes.") @Range(least = "16Mi", most = "16Ti") @Example("2Gi")
            Optional<Bytes> memory,

            @Doc("Room for the data of one member.") @Range(least = "16Mi") @Example("20Gi")
            Optional<Bytes> storage) {

        Resources over(Resources defaults) {
            return new Resources(
                    cpu.orElse(defaults.cpu()), memory.orElse(defaults.memory()), storage.orElse(defaults.storage()));
        }
    }
}
