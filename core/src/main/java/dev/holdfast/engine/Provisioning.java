package dev.holdfast.engine;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.stack.Service;
import java.util.List;

/** What runs. Both answers are pure: equal services and contexts give equal workloads. */
public interface Provisioning<S extends Record> {
    /** Names, roles and ports, before anything has an address. */
    List<Member> members(Service<S> service);

    List<Workload> workloads(Service<S> service, Context context);

    /**
     * Puts changed settings of effect RELOAD in force in a running member whose workload reloads by CONNECTION; the file
     * is written already. Where the member has a certificate it reads that again too. Doing it twice is harmless.
     */
    default void reload(Service<S> service, String member, List<Setting> changed, Context context) {}

    /** How the service sleeps while nobody is connected to it. Pure. */
    default Support<Sleeping<S>> sleeping(Service<S> service) {
        return Support.notOffered(
                "a service of this engine cannot be woken by a connection",
                "Remove 'suspend'; the service then runs for as long as the stack does.");
    }

    /**
     * Puts settings that follow the size of the service in force in a running member, beside what its files say; where the member starts
     * anew it is asked again. Doing it twice is harmless.
     */
    default void move(Service<S> service, String member, List<Setting> moving, Context context) {
        reload(service, member, moving, context);
    }

    /** How a derived stack is given what a running service holds. */
    default Support<Copying<S>> copying() {
        return Support.notOffered(
                "Holdfast does not copy the data of this engine from a running service yet",
                "Leave the service out of the derived stack; it then begins empty there.");
    }

    /** How a derived stack is given the files that the service has at one instant. */
    default Support<Cutting<S>> cutting() {
        return Support.notOffered(
                "Holdfast does not know yet what of this engine's files makes up one moment of it",
                "Name the other services with --service; a service that is left out is not in the branch.");
    }
}
