package io.vmha.libvirt;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions of one probe to one guest's agent, of which there are only so many in only so much time. Confined to the
 * call that makes it.
 *
 * <p>An agent that has answered one question of a probe is there: that it leaves a later one without an answer makes that
 * answer unknown, and ends the probe.
 */
final class AgentSession {
    private static final Logger LOG = LoggerFactory.getLogger(AgentSession.class);
    static final int MOST_QUESTIONS = 48;

    private final Channel channel;
    private final Deadline deadline;
    private int asked;
    private int answers;
    private boolean over;

    /** Takes a question to the agent and brings its answer. */
    @FunctionalInterface
    interface Channel {
        /**
         * Asks.
         *
         * @throws NativeException if there is no answer, or the agent refuses
         */
        String ask(String question);
    }

    AgentSession(Channel channel, Duration most) {
        this.channel = channel;
        this.deadline = Deadline.in(most);
    }

    /** Whether the error says that no answer came. */
    static boolean isSilence(NativeException e) {
        return e.is(LibvirtError.AGENT_UNRESPONSIVE)
                || e.is(LibvirtError.AGENT_UNSYNCED)
                || e.is(LibvirtError.AGENT_COMMAND_TIMEOUT);
    }

    /** Whether the error is the agent's own answer: it does not know or allow what it was asked. */
    static boolean isRefusal(NativeException e) {
        return e.is(LibvirtError.INTERNAL_ERROR) || e.is(LibvirtError.AGENT_COMMAND_FAILED);
    }

    /**
     * Asks one question.
     *
     * @return the answer; empty if the agent refuses, answers what is no JSON, or the probe has taken all that it may
     * @throws NativeException if the agent did not answer this, and no question before it; or if it could not be asked
     */
    Optional<Object> tryAsk(String question) {
        if (over || asked >= MOST_QUESTIONS || (asked > 0 && deadline.hasPassed())) {
            return Optional.empty();
        }
        asked++;
        try {
            String answer = channel.ask(question);
            answers++;
            return Optional.of(Json.parse(answer));
        } catch (NativeException e) {
            if (isRefusal(e)) {
                answers++;
                return Optional.empty();
            }
            over = true;
            if (answers == 0) {
                throw e;
            }
            LOG.debug("a guest agent fell silent: {}", e.getMessage());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            LOG.debug("a guest agent is not understood: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** How many questions were answered, be it with a refusal. */
    int answers() {
        return answers;
    }

    /** What is left of the probe's time. */
    Duration remaining() {
        return over ? Duration.ZERO : deadline.remaining();
    }
}
