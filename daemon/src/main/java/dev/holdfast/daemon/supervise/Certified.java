package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.ServerCertificate;
import java.util.Optional;

/** Members and the certificates they show. */
public interface Certified {
    /** The one that lies in the member's folder, where it has one. */
    Optional<ServerCertificate> certificate(String member);

    /** Has a running member read a new certificate while it serves. Refuses where it cannot be told. */
    Running renew(Running running, Workload workload);
}
