package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Companion;
import dev.holdfast.engine.Doctor;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.postgres.doctor.PostgresDoctor;
import dev.holdfast.engines.postgres.protection.PostgresProtection;
import dev.holdfast.engines.postgres.timeseries.Timeseries;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL 17, one member, with a pooler where one is asked for. */
public final class PostgresEngine implements Engine<PostgresSpec> {
    private final PostgresParameters parameters = PostgresParameters.known();
    private final PostgresExtensions extensions = PostgresExtensions.known();
    private final PostgresSizing sizing = new PostgresSizing(parameters, extensions);
    private final PostgresAccess access = new PostgresAccess(extensions);
    private final PostgresSchema schema = new PostgresSchema(extensions, access);
    private final PostgresObservation observation = new PostgresObservation();
    private final PostgresProtection protection = new PostgresProtection();
    private final PostgresProvisioning provisioning =
            new PostgresProvisioning(parameters, extensions, sizing, schema, access);

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public String title() {
        return "PostgreSQL";
    }

    @Override
    public List<String> versions() {
        return List.of("17");
    }

    @Override
    public Class<PostgresSpec> settings() {
        return PostgresSpec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(1000), new Bytes(Bytes.GIBI), new Bytes(10 * Bytes.GIBI));
    }

    @Override
    public void check(Service<PostgresSpec> service, Stack stack, Problems problems) {
        new PostgresCheck(parameters, extensions, service, stack, problems).run();
    }

    @Override
    public void checkFiles(Service<PostgresSpec> service, Problems problems) {
        schema.migrations()
                .orRefuse()
                .databases(service)
                .forEach(database -> schema.migrations().orRefuse().check(service, database, problems));
    }

    @Override
    public List<Companion> companions(Service<PostgresSpec> service) {
        return service.settings().pooler().stream()
                .map(block -> new Companion(Doors.POOLER_SUFFIX, block))
                .toList();
    }

    @Override
    public List<String> things(Service<PostgresSpec> service) {
        return List.copyOf(Declared.of(service, extensions).databases().keySet());
    }

    @Override
    public List<String> notes(Service<PostgresSpec> service) {
        Declared declared = Declared.of(service, extensions);
        List<String> notes = new ArrayList<>();
        if (Elsewhere.is(service)) {
            return List.of();
        }
        declared.extensions()
                .forEach(
                        extension -> extension.note().ifPresent(note -> notes.add(service.name() + ": " + note + ".")));
        notes.addAll(Timeseries.gaps(declared));
        service.settings()
                .replication()
                .ifPresent(
                        replication -> notes.add(
                                service.name()
                                        + ": replication says when a commit is answered by standbys, and there are none; a commit is answered when it is on this server's disk."));
        service.settings()
                .backups()
                .ifPresent(
                        backups -> notes.add(
                                service.name()
                                        + ": the container images Holdfast pins have no pgBackRest, so archiving is off where this stack is rendered for containers."));
        List<String> missing = PostgresProvisioning.missingInImages(declared);
        if (!missing.isEmpty()) {
            notes.add(service.name() + ": the container images Holdfast pins do not have " + String.join(", ", missing)
                    + "; where this stack is rendered for containers, put an image that has them in their place.");
        }
        return List.copyOf(notes);
    }

    @Override
    public Provisioning<PostgresSpec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<PostgresSpec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<PostgresSpec>> schema() {
        return Support.offered(schema);
    }

    @Override
    public Support<Protection<PostgresSpec>> protection() {
        return Support.offered(protection);
    }

    @Override
    public Support<Observation<PostgresSpec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<Sizing<PostgresSpec>> sizing() {
        return Support.offered(sizing);
    }

    @Override
    public Support<Doctor> doctor() {
        return Support.offered(new PostgresDoctor());
    }
}
