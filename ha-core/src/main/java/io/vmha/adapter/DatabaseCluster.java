package io.vmha.adapter;

import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import java.util.Set;

/**
 * The databases of one replica set: reads which of them writes and how far the others are behind, and changes which one
 * writes, so that no two ever do.
 *
 * <p>Safe to call from many threads at once; every method returns by its deadline, leaves no thread behind that grows in
 * number with the calls, is idempotent, and throws {@link AdapterException} like a {@link HypervisorAdapter}: {@link
 * AdapterException.Permanent} with {@link AdapterException.Cause#UNKNOWN_SUBJECT} for a member that is none of the set's, with
 * {@link AdapterException.Cause#UNSUPPORTED} for what {@link #operations} does not name. No message holds a credential.
 *
 * <h2>Failover</h2>
 *
 * <ol>
 *   <li>{@link #read}. Nothing needs to be done where {@link ReplicaSet#writer} is there.
 *   <li>Have every member that {@linkplain io.vmha.model.DatabaseMember#mayWrite may write} confirmed off: by fencing its host,
 *       by powering its VM off, or by {@link #fence}.
 *   <li>{@link #read} again, and choose from {@link ReplicaSet#candidates} by {@link ReplicaSet#possibleLoss}, with the moment
 *       at which the last of these was confirmed off. The lag is judged here, not earlier. Unknown is not 0.
 *   <li>Remember {@link ReplicaSet#promoting} it, durably; then {@link #promote} it. The adapter looks at all other members once more and refuses if one of them that is not
 *       vouched for is not seen to replicate, or if one that is vouched for is seen to write.
 *   <li>If that is refused or fails, go on with the next candidate; where the outcome is unknown, only after {@link #read} has
 *       shown that the member is still a replica, or after it was fenced too.
 *   <li>{@link #read} shows it as the writer: now requests may be sent there.
 * </ol>
 *
 * A replaced writer that comes back is shown as {@link io.vmha.model.MemberStanding#DIVERGED}, whether it accepts writes or
 * not. {@link #rejoin} makes it a replica.
 *
 * <h2>Switchover</h2>
 *
 * Moves the writer's role from {@code old} to {@code next}, both healthy, without losing a write. Each step can be given up:
 *
 * <ol>
 *   <li>{@link #read}: {@code old} is the writer and {@code next} a candidate with little lag. To give up, do nothing.
 *   <li>Have the requests stopped or held, and {@link #holdWrites hold the writes} of {@code old}. To give up, {@link
 *       #releaseWrites release} them.
 *   <li>{@link #read} until {@code next} has no unreceived bytes in a reading that shows {@code old} holding its writes. If it
 *       does not get there in time, give up by {@link #releaseWrites}.
 *   <li>{@link #demote} {@code old}, to follow {@code next}. From here on nobody writes. If it fails, or its outcome is
 *       unknown, {@link #read}: where {@code old} still writes, release the writes; where it replicates, go on; where it does
 *       not answer, fence it and go on as in a failover, or start it again: it has all there is.
 *   <li>{@link #read} until {@code next} {@linkplain LogPosition#includes includes} the position that {@link #demote} returned. To
 *       give up, {@link #promote} {@code old}: nothing was written since, and the others follow it again.
 *   <li>Remember {@link ReplicaSet#promoting} and {@link #promote} {@code next}, with {@code old} seen to replicate. If that is refused, promote {@code old}; if its
 *       outcome is unknown, {@link #read} until it is known: never promote {@code old} before {@code next} is seen to
 *       replicate or is confirmed off.
 *   <li>{@link #read} until {@code next} is the writer. Then send the requests there; {@code old} follows it without a
 *       {@link #rejoin}.
 * </ol>
 */
public interface DatabaseCluster {

    /** A set of which nothing has been read: its name and its members. */
    ReplicaSet declared();

    /** What it can do beside reading and promoting. */
    Set<DatabaseOperation> operations();

    /**
     * Checks what the adapter was given: that each member that answers lets itself be read and changed by the given login, and
     * belongs to one and the same set of databases. To be called at the start; members that do not answer are passed over.
     *
     * @throws AdapterException.Permanent that names the member, the login and what it lacks
     */
    void check(CallContext call);

    /**
     * Reads all members. A member that cannot be read is shown with an unknown role and the problem, and a lag that cannot be
     * read from both sides as unknown; neither is an error of the call. {@link ReplicaSet#updatedWith} folds what is returned
     * into what is already known.
     */
    ReplicaSet read(CallContext call);

    /**
     * Makes a replica the writer. When it returns, the member accepts writes, on a new timeline. Does nothing where it is the
     * set's writer already.
     *
     * @throws AdapterException.Permanent with {@link AdapterException.Cause#IN_USE} if another member is seen to accept writes,
     *     or with {@link AdapterException.Cause#REFUSED} if this one has diverged or is on an older timeline
     * @throws AdapterException.Transient with {@link AdapterException.Cause#IN_USE} if another member may accept writes: it does
     *     not answer and is not confirmed off
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void promote(Promotion promotion, CallContext call);

    /**
     * Has the writer begin no more writes, and waits until those that it had begun have ended. When it returns, no write is
     * under way. It keeps back well-behaved clients only: it is no fence.
     *
     * @throws AdapterException if it could not be done: then writes are released, or the outcome is unknown
     */
    void holdWrites(MemberId writer, CallContext call);

    /**
     * Lets the member accept writes again that {@link #holdWrites} kept back.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void releaseWrites(MemberId writer, CallContext call);

    /**
     * Makes the writer a replica, with all that it has acknowledged still in its log and offered to the others. When it
     * returns, it is seen to accept no writes, and stays so when it is restarted. Does nothing where it is a replica already.
     *
     * @param writer the member
     * @param successor the member that it is to follow
     * @return where its log ends: who includes that has everything
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    LogPosition demote(MemberId writer, MemberId successor, CallContext call);

    /**
     * Stops a member by force. When it returns, it is confirmed to accept no writes, and does not start by itself.
     *
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void fence(MemberId member, CallContext call);

    /**
     * Makes a member that has diverged, or is stopped, a replica of the writer. What only it had is gone. When it returns, the
     * member has started as a replica; {@link #read} shows when it is {@link io.vmha.model.MemberStanding#CURRENT}. If it
     * fails, the member is left stopped, or as a replica that follows nobody: never as one that accepts writes.
     *
     * @param member the member
     * @param writer the set's writer
     * @throws AdapterException.Permanent with {@link AdapterException.Cause#IN_USE} if the member is itself the set's writer, or
     *     with {@link AdapterException.Cause#REFUSED} if {@code writer} is not
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call);
}
