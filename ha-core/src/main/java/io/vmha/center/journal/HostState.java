package io.vmha.center.journal;

import io.vmha.model.Host;
import java.time.Instant;
import java.util.Optional;

/**
 * What a center knows of a host that is not as it is by default, as the journal keeps it. Immutable.
 *
 * @param host the host; its health is always UP, since that follows from its fault, and {@code inMaintenance} is what operators
 *     want
 * @param fault its open fault
 * @param isConfirmedOff whether it is confirmed off, by a report or by fencing
 * @param upSince when it was last seen up after a fault; a report of its loss observed before is stale
 */
public record HostState(Host host, Optional<OpenFault> fault, boolean isConfirmedOff, Optional<Instant> upSince) {}
