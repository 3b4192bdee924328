package dev.holdfast.stack;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every {@link Reference} that stands somewhere in the settings of a service. */
public final class References {
    private References() {}

    public static List<Reference> of(Service<?> service) {
        List<Reference> found = new ArrayList<>();
        collect(service.settings(), found);
        return List.copyOf(found);
    }

    /** Whether another service of the stack names a thing of that one. */
    public static boolean isReferredTo(String service, Stack stack) {
        return stack.services().values().stream()
                .flatMap(other -> of(other).stream())
                .anyMatch(reference -> reference.service().equals(service));
    }

    private static void collect(Object value, List<Reference> found) {
        switch (value) {
            case Reference reference -> found.add(reference);
            case Optional<?> optional -> optional.ifPresent(inner -> collect(inner, found));
            case Collection<?> items -> items.forEach(item -> collect(item, found));
            case Map<?, ?> map -> map.values().forEach(item -> collect(item, found));
            case Record settings -> {
                for (RecordComponent component : settings.getClass().getRecordComponents()) {
                    collect(component(settings, component), found);
                }
            }
            default -> {
                // a plain value names nothing
            }
        }
    }

    private static Object component(Record settings, RecordComponent component) {
        try {
            return component.getAccessor().invoke(settings);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("settings are public records", e);
        }
    }
}
