package io.vmha.center.journal;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Instant;

/**
 * Something that a recovery left behind on the platform and nobody needs: an original that its clone replaced, or a clone that
 * was never started. It is deleted by an operator's call only. Immutable.
 *
 * @param vm the VM whose name it had
 * @param host where it is
 * @param what what it is, for a person
 * @param since when it was left behind
 */
public record Leftover(VmId vm, HostId host, String what, Instant since) {}
