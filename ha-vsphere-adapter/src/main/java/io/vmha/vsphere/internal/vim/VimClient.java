package io.vmha.vsphere.internal.vim;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * What the adapter asks of a vSphere server; another client library could stand behind it.
 *
 * <p>Thread-safe. A method throws {@link VimFault} for what the server refused, and {@link TransportException} where no
 * answer came. Methods that begin a task return it at once; {@link #await} waits for it.
 */
public interface VimClient extends AutoCloseable {

    /** What the server is; logs in if need be. */
    ServiceContent service(Deadline deadline);

    /**
     * Reads properties of all objects of these types, by one traversal and page by page, and those of single objects along
     * with them.
     */
    List<ManagedObject> inventory(List<PropertySet> everywhere, List<Single> singles, Deadline deadline);

    /** One object to read besides a traversal. */
    record Single(MoRef ref, PropertySet properties) {}

    /**
     * Reads properties of some objects in one call.
     *
     * @throws VimFault of the type {@code ManagedObjectNotFound} if one is gone
     */
    List<ManagedObject> read(Collection<MoRef> refs, List<String> paths, Deadline deadline);

    /** Reads properties of one object. */
    default ManagedObject read(MoRef ref, List<String> paths, Deadline deadline) {
        return read(List.of(ref), paths, deadline).stream()
                .filter(object -> object.ref().equals(ref))
                .findFirst()
                .orElseThrow(() -> new VimFault("ManagedObjectNotFound", ref.value()));
    }

    /** Watches the properties of all objects of these types; the first updates tell everything there is. */
    UpdateStream watch(List<PropertySet> everywhere);

    /** Waits by updates until the property of an object has one of these values; empty if it did not in time. */
    Optional<String> awaitValue(MoRef ref, String path, Collection<String> values, Deadline deadline);

    /** Begins to power a machine on. */
    MoRef powerOn(MoRef vm, Deadline deadline);

    /** Begins to power a machine off. */
    MoRef powerOff(MoRef vm, Deadline deadline);

    /** Asks the guest to shut down, and does not wait. */
    void shutdownGuest(MoRef vm, Deadline deadline);

    /** Begins to change a machine. */
    MoRef reconfigure(MoRef vm, ConfigChange change, Deadline deadline);

    /** Begins to change a machine's shares. */
    MoRef reshare(MoRef vm, ShareChange change, Deadline deadline);

    /** Begins to move a machine to a host, and into a resource pool if one is given. */
    MoRef relocate(MoRef vm, MoRef host, Optional<MoRef> pool, Deadline deadline);

    /** Begins to clone a template onto a host and resource pool, powered off, with a marking in its configuration. */
    MoRef cloneVm(MoRef template, CloneOrder order, Deadline deadline);

    /**
     * What a clone is to be.
     *
     * @param folder where it is put
     * @param name its name
     * @param host its host
     * @param pool its resource pool
     * @param key the key of its marking
     * @param value the value of its marking
     */
    record CloneOrder(MoRef folder, String name, MoRef host, MoRef pool, String key, String value) {}

    /** Begins to rename an object. */
    MoRef rename(MoRef ref, String name, Deadline deadline);

    /** Begins to delete a machine that is off, with its disks. */
    MoRef destroy(MoRef vm, Deadline deadline);

    /** Begins to put a host into maintenance. */
    MoRef enterMaintenance(MoRef host, Duration timeout, Deadline deadline);

    /** Begins to take a host out of maintenance. */
    MoRef exitMaintenance(MoRef host, Duration timeout, Deadline deadline);

    /** Sets a custom attribute. */
    void setField(MoRef ref, int key, String value, Deadline deadline);

    /**
     * Waits by updates for a task; a session that expires meanwhile is made anew, and the task is found again. A task that
     * is not over by the deadline is cancelled.
     *
     * @throws VimFault if the task failed
     * @throws TransportException if it is not known how it ended
     */
    void await(MoRef task, Deadline deadline, IntConsumer progressPercent);

    /** The server's clock, as it writes it. */
    String currentTime(Deadline deadline);

    /**
     * The samples of counters of a machine up to now, of all their instances.
     *
     * @param counters by name, such as {@code cpu.usage.average}
     * @param span how far back
     */
    CounterReading counters(MoRef vm, List<String> counters, Duration span, Deadline deadline);

    /** What happened at or after that time of the server's clock, in no particular order; the server limits how many it tells. */
    List<XmlNode> events(String since, Deadline deadline);

    /** How many requests were sent so far. */
    long requests();

    /** Logs out and ends the calls under way. */
    @Override
    void close();
}
