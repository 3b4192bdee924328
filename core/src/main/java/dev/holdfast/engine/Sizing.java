package dev.holdfast.engine;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.stack.Service;
import java.util.List;

/** How big: the settings that follow from the service's resources, each with the rule that gave it. Pure. */
public interface Sizing<S extends Record> {
    List<Setting> settings(Service<S> service);
}
