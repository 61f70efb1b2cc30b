package io.vmha.monitor.report;

/** Why a message was refused. */
public enum Refusal {
    /** Longer than {@value ReportFormat#MAX_BYTES} bytes. */
    OVERSIZED(413),
    /** Not of the format. */
    MALFORMED(400),
    /** The machine that it names has no key of that id. */
    UNKNOWN_KEY(403),
    /** Not signed with the key that it names: forged, or altered on its way. */
    WRONG_SIGNATURE(403),
    /** Genuine, but for a receiver of another name. */
    WRONG_RECEIVER(421),
    /** Sent too long ago or too far in the future, or with a number that lies past the time that it was sent at. */
    OUTSIDE_TIME_WINDOW(409),
    /** The machine sent this message, or a later one, before. */
    REPLAYED(409),
    /** Its source, or all together, sent too much. */
    TOO_MANY(429);

    private final int status;

    Refusal(int status) {
        this.status = status;
    }

    /** The HTTP status that says so; an unknown key and a wrong signature have the same. */
    public int status() {
        return status;
    }
}
