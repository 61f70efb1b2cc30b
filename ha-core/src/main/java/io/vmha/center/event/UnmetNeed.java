package io.vmha.center.event;

import io.vmha.fault.FaultSubject;
import io.vmha.policy.Reason;
import java.time.Instant;

/**
 * A need that nothing is under way for. It is decided again when something changes that could change the answer. Immutable.
 *
 * @param subject what it is about
 * @param need what is not as it should be
 * @param reason why nothing is done about it
 * @param explanation the same for a person
 * @param since since when, by the center's clock
 */
public record UnmetNeed(FaultSubject subject, NeedKind need, Reason reason, String explanation, Instant since) {}
