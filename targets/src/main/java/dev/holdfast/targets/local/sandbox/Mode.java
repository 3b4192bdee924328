package dev.holdfast.targets.local.sandbox;

/** Who enters: it decides how the program inside loses its privileges. */
public enum Mode {
    /** An ordinary user, through a user namespace in which the engine's user is this one. */
    USER_NAMESPACE,
    /** Root without a user namespace; {@code setpriv} inside the image gives up root before the program starts. */
    ROOT
}
