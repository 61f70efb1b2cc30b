package io.vmha.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.group.GroupHealth.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SiteMoveTest {
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final GroupHealth.Member ME = member("ha-1", Duration.ZERO);

    private static GroupHealth.Member member(String name, Duration silentFor) {
        return new GroupHealth.Member(
                new Instance(name, "http://" + name), Role.FOLLOWER, silentFor, silentFor.compareTo(LEASE) <= 0);
    }

    private static GroupHealth site(int number, String leader, GroupHealth.Member... members) {
        return new GroupHealth(
                "site-" + number,
                leader.equals("ha-1") ? Role.LEADER : Role.FOLLOWER,
                1,
                Optional.of(new Instance(leader, "http://" + leader)),
                true,
                Optional.empty(),
                List.of(members));
    }

    private static List<GroupHealth> led(int mine, int others, GroupHealth.Member other) {
        return IntStream.range(0, mine + others)
                .mapToObj(i -> site(i, i < mine ? "ha-1" : other.instance().name(), ME, other))
                .toList();
    }

    @Test
    void aSiteGoesToAnInstanceThatLeadsTwoFewer() {
        GroupHealth.Member other = member("ha-2", Duration.ofSeconds(5));
        assertThat(SiteMove.next("ha-1", led(3, 1, other), LEASE)).contains(new SiteMove("site-0", "ha-2"));
        assertThat(SiteMove.next("ha-1", led(3, 2, other), LEASE)).isEmpty();
        assertThat(SiteMove.next("ha-1", led(1, 4, other), LEASE)).isEmpty();
    }

    @Test
    void noneGoesToAnInstanceThatIsNotHeardOfThoughItMayBeAlive() {
        // It was killed, and its sites were taken over; what it told last is not older than a lease.
        GroupHealth.Member killed = member("ha-2", Duration.ofSeconds(15));
        assertThat(killed.isAlive()).isTrue();
        assertThat(SiteMove.next("ha-1", led(4, 0, killed), LEASE)).isEmpty();
    }

    @Test
    void aSiteInWhichTheOtherIsNotHeardOfStays() {
        GroupHealth.Member other = member("ha-2", Duration.ZERO);
        GroupHealth.Member silent = member("ha-2", Duration.ofSeconds(30));
        List<GroupHealth> sites = List.of(site(0, "ha-1", ME, silent), site(1, "ha-1", ME), site(2, "ha-1", ME, other));
        assertThat(SiteMove.next("ha-1", sites, LEASE)).contains(new SiteMove("site-2", "ha-2"));
    }
}
