"""What runs side by side where there are two workers, and what has the machine to itself.

Most tests compute or wait for themselves: their files go to whichever worker is free. What is named
in `ALONE` measures times or fills the machine: when all else is done one worker leaves, and the
other runs it, one after the other.
"""

from xdist.scheduler import LoadFileScheduling

LONG_FIRST = (  # a long file begun last keeps one worker waiting for the other
    "tests/deploy/test_operations.py",
    "tests/faults/test_nodes.py",
    "tests/live/test_hostile_values.py",
    "tests/faults/test_power_cuts.py",
    "tests/faults/test_kill9.py",
    "tests/faults/test_disk_faults.py",
    "tests/faults/test_sigterm.py",
    "tests/live/test_described_api.py",
)
ALONE = (  # files, and tests of files of which all else runs beside others
    "tests/articles/test_blacklist.py::test_every_account_of_a_barred_person_is_sent_away_within",
    "tests/articles/test_bulk_recall.py::test_open_sockets_lose_them_within_a_second",
    "tests/articles/test_live_patrol.py::test_a_comment_is_on_the_wall_within_a_second",
    "tests/cli/test_bench.py",
    "tests/faults/test_conformance.py",
    "tests/faults/test_nodes.py::test_a_recall_reaches_who_is_cut_off_from_the_bus",
    "tests/faults/test_nodes.py::test_who_is_cut_off_from_all_shows_nothing",
    "tests/faults/test_slow_visitors.py",
    "tests/live/test_bench_faults.py::test_a_server_whose_live_traffic_waits_for_measures",
    "tests/live/test_bench_scenarios.py::test_a_closed_window_keeps_the_server_busy",
    "tests/live/test_bench_scenarios.py::test_honest_senders_come_through_a_flood",
    "tests/live/test_bench_scenarios.py::test_the_past_is_worked_over_while_others_talk",
    "tests/live/test_bench_scenarios.py::test_what_the_house_does_is_felt",
    "tests/live/test_bench_scenarios.py::test_who_only_hears_is_measured_apart",
    "tests/live/test_contest.py::test_commits_are_told_apart",
    "tests/live/test_contest.py::test_in_a",
    "tests/live/test_ends.py::test_each_way_of_ending_a_session_closes_its_sockets_within_a_second",
    "tests/live/test_report_reaches.py",
    "tests/live/test_restart.py::test_a_crowd_comes_back_after_a_restart",
    "tests/live/test_room_policies.py::test_comments_off_refuses_the_next_send",
    "tests/live/test_slow_viewers.py::test_a_viewer_who_takes_nothing_is_let_go",
    "tests/unit/gateway/test_hub.py::test_a_recall_does_not_wait",
    "tests/unit/store/test_postgres.py::test_a_room_that_somebody_holds_stops_nobody_for_long",
    "tests/unit/web/test_people.py::test_nothing_in_an_answer_nor_its_time_tells",
)


def _rank(turn):
    return (turn in ALONE, turn not in LONG_FIRST)


class Turns(LoadFileScheduling):
    """See the module."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return next((turn for turn in ALONE if nodeid.startswith(turn)), file)

    def _assign_work_unit(self, node):
        turn = min(self.workqueue, key=_rank)
        if turn in ALONE and len(self.nodes) > 1:
            if not any(each.shutting_down for each in self.nodes):
                node.shutdown()  # once it has done what it was given
            return
        self.workqueue.move_to_end(turn, last=False)
        super()._assign_work_unit(node)

    def remove_node(self, node):
        """As it was, and whoever waited for `node` to leave goes on."""
        crashed_in = super().remove_node(node)
        for left in self.nodes:
            self._reschedule(left)
        return crashed_in
