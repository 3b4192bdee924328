package dev.holdfast.reader;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Compute;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Positions;
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

        @Doc(
                "Between how many compute units the service moves by its load, without a restart. One unit is one core and 4 GiB of memory.")
        @Example("{ min: 0.25, max: 2 }")
        Optional<Units> compute,

        @Doc("What the service may use; the engine's settings are computed from it.")
        Asked resources,

        @Doc(
                "The service goes to sleep when no client has been connected for that long. The next connection wakes it and is "
                        + "served; until then the service takes no memory and no CPU. The daemon listens for it: one that "
                        + "is told to stop wakes it first, and after one that was killed it refuses connections until the "
                        + "next command of Holdfast.")
        @Range(least = "1s", most = "30d")
        @Example("5m")
        Optional<Duration> suspend) {

    /** Below that no engine of ours starts. */
    private static final long LEAST_MILLIS = 100;

    /** What the service may use, with what the engine takes where the file says nothing. */
    Resources resources(Resources defaults) {
        Resources written = resources.over(defaults);
        return compute.map(units -> new Compute(units.min(), units.max()))
                .map(compute -> new Resources(
                        compute.max(), Compute.memory(compute.max()), written.storage(), Optional.of(compute)))
                .orElse(written);
    }

    /** Adds what contradicts itself between the two ways of saying how large the service is. */
    void check(Position service, Reading reading) {
        if (compute.isEmpty()) {
            return;
        }
        Units units = compute.get();
        Positions positions = reading.positions(service);
        if (units.min().millis() < LEAST_MILLIS
                || units.min().millis() > units.max().millis()) {
            reading.findings()
                    .add(
                            Code.HF3270,
                            positions.of("compute.min"),
                            "compute moves between " + units.min().cores() + " and "
                                    + units.max().cores() + " units",
                            "Write a min of at least 0.1, and a max that is not smaller.");
        }
        resources
                .cpu()
                .filter(cpu -> cpu.millis() < units.max().millis())
                .ifPresent(cpu -> contradicted(
                        reading,
                        positions.of("resources.cpu"),
                        units.max().cores() + " cores",
                        cpu.cores() + " cores",
                        "cpu"));
        resources
                .memory()
                .filter(memory -> memory.compareTo(Compute.memory(units.max())) < 0)
                .ifPresent(memory -> contradicted(
                        reading,
                        positions.of("resources.memory"),
                        Compute.memory(units.max()) + "",
                        memory + "",
                        "memory"));
    }

    private static void contradicted(Reading reading, Position at, String most, String written, String key) {
        reading.findings()
                .add(
                        Code.HF3271,
                        at,
                        "compute goes up to " + most + ", and resources." + key + " is " + written,
                        "Lower compute.max, raise resources." + key + ", or remove it: compute says it already.");
    }

    /** What the file says of {@link Compute}. */
    record Units(
            @Doc("The units it has where it does little.") @Example("0.25")
            Cpu min,

            @Doc("The units it has where it does most.") @Example("2")
            Cpu max) {}

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
