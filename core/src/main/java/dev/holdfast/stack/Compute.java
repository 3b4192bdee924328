package dev.holdfast.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much a service may use at the least and at the most, in units of one core and 4 GiB; between the two it moves by its load.
 * {@link Resources} of such a service are those at the most.
 */
public record Compute(Cpu min, Cpu max) {
    private static final long UNIT_MEMORY = 4 * Bytes.GIBI;

    /** Everything that so many units are; storage is not among them. */
    public static Resources resources(Cpu units, Bytes storage) {
        return new Resources(units, memory(units), storage);
    }

    public static Bytes memory(Cpu units) {
        return new Bytes(units.millis() * UNIT_MEMORY / 1000);
    }

    /** The sizes it moves between, each twice the one before, the most last. */
    public List<Cpu> sizes() {
        List<Cpu> sizes = new ArrayList<>();
        for (long millis = min.millis(); millis < max.millis(); millis *= 2) {
            sizes.add(new Cpu(millis));
        }
        sizes.add(max);
        return List.copyOf(sizes);
    }

    /** The next size in that direction; empty where there is none. */
    public Optional<Cpu> next(Cpu now, boolean up) {
        List<Cpu> sizes = sizes();
        return up
                ? sizes.stream().filter(size -> size.millis() > now.millis()).findFirst()
                : sizes.reversed().stream()
                        .filter(size -> size.millis() < now.millis())
                        .findFirst();
    }
}
