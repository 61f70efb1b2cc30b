package io.vmha.monitor.report;

import java.time.Instant;
import java.util.Optional;

/**
 * What is said in one message.
 *
 * @param receiver the name of the receiver that it is for
 * @param vm the machine that speaks, of itself
 * @param keyId the key that signs
 * @param sequence the message's number, 0 or more; every try of a report has one of its own, so that no message is seen twice
 * @param sentAt when it was sent, in milliseconds
 * @param report the report's number, 0 or more; the same in every try of it
 * @param kind what is wrong; empty for a heartbeat
 * @param isAdvisory whether nothing is to be done about it but to tell people; false for a heartbeat
 * @param observedAt when it was seen, in milliseconds
 * @param detail for people; no control characters, may be empty
 */
record ReportMessage(
        String receiver,
        VmName vm,
        String keyId,
        long sequence,
        Instant sentAt,
        long report,
        Optional<GuestFault> kind,
        boolean isAdvisory,
        Instant observedAt,
        String detail) {}
