package dev.holdfast.daemon.supervise;

/** How many pieces of Holdfast's own work keep a service awake. */
final class Users {
    private int count;
    private boolean putBack;

    synchronized void enter() {
        count++;
    }

    /** It slept before, so that it sleeps again after the last of them. */
    synchronized void woken() {
        putBack = true;
    }

    /** Whether it is to sleep again now. */
    synchronized boolean leave() {
        count--;
        boolean last = count == 0 && putBack;
        putBack &= !last;
        return last;
    }

    synchronized boolean any() {
        return count > 0;
    }
}
