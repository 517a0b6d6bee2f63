"""Trade figures: orders per customer, and the metrics that policies judge by (TRD-01, TRD-02)."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from flask import Blueprint

from kezhi import (
    Access,
    Check,
    Clause,
    Column,
    Demo,
    Fact,
    MenuItem,
    Metric,
    Panel,
    Permission,
    Plugin,
    RecordLink,
    SettingsForm,
    User,
    hookimpl,
)
from kezhi import lazy_gettext as _l
from kezhi.builtin.imports.contributions import Exporter, Importer
from kezhi.builtin.search.contributions import SearchKind


class Trade(Plugin):
    """Keeps orders and what is owed for them, and answers what they amount to, for any customers and any period."""

    name = "trade"
    title = _l("Trade figures")
    summary = _l("Orders, invoices and receipts per customer, and the figures that policies judge by.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "calendar": ">=0.1", "customers": ">=0.1", "lists": ">=0.1"}
    extends = ("destruction", "tasks")
    icon = "receipt"

    @hookimpl
    def register_models(self) -> list[type]:
        from . import models

        return [
            models.Order, models.Rate, models.CustomerTrade, models.StagedOrder, models.Figure, models.Declaration,
            models.Dispute, models.Invoice, models.Receipt, models.Shipment, models.Match, models.StagedVoucher,
            models.Month, models.MonthStep, models.FrozenRow, models.Stock,
        ]  # fmt: skip

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from . import access
        from .access import BOOKKEEPERS, KEEPERS, READERS, REPORTERS, WRITERS

        return [
            Permission("trade.read", _l("See orders and trade figures"), roles=READERS),
            Permission("trade.write", _l("Enter and import orders and month rates"), roles=WRITERS),
            Permission(
                "trade.book", _l("Enter and import shipments, invoices and receipts, and match them"), roles=BOOKKEEPERS
            ),
            Permission("trade.declare", _l("Enter and withdraw declared figures"), roles=REPORTERS),
            Permission("trade.dispute", _l("Enter and change disputes"), roles=REPORTERS),
            Permission("trade.figures", _l("Decide which figures customers declare"), roles=KEEPERS),
            Permission("trade.months", _l("See the months of the whole company"), roles=access.MONTH_READERS),
            Permission("trade.submit_month", _l("Submit a month's figures"), roles=access.SUBMITTERS),
            Permission("trade.check_month", _l("Check a month's figures"), roles=access.CHECKERS),
            Permission("trade.confirm_money", _l("Confirm collection rate and sales value of a month"),
                       roles=access.MONEY_CONFIRMERS),
            Permission("trade.confirm_stock", _l("Confirm dead stock and stock turnover of a month"),
                       roles=access.STOCK_CONFIRMERS),
            Permission("trade.reopen_month", _l("Open a confirmed month again"), roles=access.MONEY_CONFIRMERS),
            Permission("trade.stock", _l("Enter and import stock held for customers"), roles=access.STOREKEEPERS),
        ]  # fmt: skip

    @hookimpl
    def register_access(self) -> list[Access]:
        from .access import (
            declaration_grants,
            dispute_grants,
            frozen_grants,
            grants,
            invoice_grants,
            receipt_grants,
            shipment_grants,
            stock_grants,
            summary_grants,
        )
        from .models import (
            CustomerTrade,
            Declaration,
            Dispute,
            FrozenRow,
            Invoice,
            Order,
            Receipt,
            Shipment,
            StagedOrder,
            StagedVoucher,
            Stock,
        )

        return [
            Access(Order, Order.id, grants),
            Access(CustomerTrade, CustomerTrade.customer_id, summary_grants),
            Access(StagedOrder, StagedOrder.customer_id, summary_grants),
            Access(Declaration, Declaration.id, declaration_grants),
            Access(Dispute, Dispute.id, dispute_grants),
            Access(Shipment, Shipment.id, shipment_grants),
            Access(Invoice, Invoice.id, invoice_grants),
            Access(Receipt, Receipt.id, receipt_grants),
            Access(StagedVoucher, StagedVoucher.customer_id, summary_grants),
            Access(Stock, Stock.id, stock_grants),
            Access(FrozenRow, FrozenRow.id, frozen_grants),
        ]

    @hookimpl
    def register_record_links(self) -> list[RecordLink]:
        summed: dict[str, Any] = {"total_amount": "sum", "order_count": "sum", "last_order_date": "max"}
        target = "customers_customer"
        return [
            RecordLink("trade_order", _l("Orders"), target, erase="keep"),
            RecordLink("trade_shipment", _l("Shipments"), target, erase="keep"),
            RecordLink("trade_invoice", _l("Invoices"), target, erase="keep"),
            RecordLink("trade_receipt", _l("Receipts"), target, erase="keep"),
            RecordLink("trade_customer", _l("Order summary"), target, erase="keep", delete="delete", merge="combine",
                       combine=summed),
            # what a confirmed month says does not change when a customer is merged or erased
            RecordLink("trade_frozen", _l("Rows of confirmed months"), target, erase="keep"),
            RecordLink("trade_stock", _l("Stock held"), target, erase="keep", merge="combine", unique=("month",),
                       combine={"held": "sum", "dead": "sum"}),
            # what people wrote about a person goes, figure, gravity and state stay
            RecordLink("trade_declaration", _l("Declared figures"), target, personal=("stated_in",)),
            RecordLink("trade_dispute", _l("Disputes"), target, personal=("subject", "outcome")),
            # a staged row names who it is for until its file is applied: it goes with the file
            RecordLink("trade_staged_order", _l("Orders of a file"), target, erase="delete", delete="delete"),
            RecordLink("trade_staged_voucher", _l("Vouchers of a file"), target, erase="delete", delete="delete"),
        ]  # fmt: skip

    @hookimpl(optionalhook=True)
    def credit_receivables(self, customers: Any, day: date) -> Any:
        from .receivables import receivables

        return receivables(customers, day)

    @hookimpl(optionalhook=True)
    def credit_receivable_rows(self, customer_id: int, figure: str, day: date, limit: int | None) -> Any:
        from .receivables import receivable_rows

        return receivable_rows(customer_id, figure, day, limit)

    @hookimpl(optionalhook=True)
    def grading_basis(self, spans: Any) -> Any:
        from .basis import basis

        return basis(spans)

    @hookimpl(optionalhook=True)
    def complaint_dispute(self, number: str, customer_id: int) -> Any:
        from .complaints import dispute_of

        return dispute_of(number, customer_id)

    @hookimpl(optionalhook=True)
    def enter_complaint_dispute(self, number: str, customer_id: int, happened_on: date, subject: str) -> Any:
        from .complaints import enter_dispute

        return enter_dispute(number, customer_id, happened_on, subject)

    @hookimpl(optionalhook=True)
    def credit_orders(self) -> Any:
        from .receivables import order_numbers

        return order_numbers()

    @hookimpl
    def register_metrics(self) -> list[Metric]:
        from .metrics import metrics

        return metrics()

    @hookimpl
    def company_metrics(self) -> list[Metric]:
        from .metrics import declared_metrics

        return declared_metrics()

    @hookimpl
    def register_commands(self) -> list[click.Command]:
        from .commands import commands

        return commands()

    @hookimpl(optionalhook=True)
    def register_importers(self) -> list[Importer]:
        from . import importer

        single = (importer.match_importer, importer.rate_importer, importer.declared_importer, importer.stock_importer)
        return [importer.order_importer(), *importer.voucher_importers(), *(make() for make in single)]

    @hookimpl(optionalhook=True)
    def register_exporters(self) -> list[Exporter]:
        from .importer import exporters

        return exporters()

    @hookimpl(optionalhook=True)
    def search_kinds(self) -> list[SearchKind]:
        from .searching import dispute_kind, search_kind, voucher_kinds

        return [search_kind(), dispute_kind(), *voucher_kinds()]

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        from .columns import customer_columns

        return customer_columns(model)

    @hookimpl(optionalhook=True)
    def home_figures(self, user: User) -> list[Any]:
        from .home import figures

        return figures(user)

    @hookimpl(optionalhook=True)
    def register_task_kinds(self) -> list[Any]:
        from .month_desk import task_kinds

        return task_kinds()

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self) -> list[Any]:
        from .month_desk import notice_kinds

        return notice_kinds()

    @hookimpl
    def register_clauses(self) -> list[Clause]:
        from .clauses import clauses

        return clauses()

    @hookimpl(optionalhook=True)
    def register_evidence(self) -> list[Any]:
        from .evidence import evidence

        return evidence()

    @hookimpl
    def doctor_checks(self) -> list[Check]:
        from .checks import checks

        return checks()

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=30)]

    @hookimpl
    def register_settings(self) -> list[type[SettingsForm]]:
        from .settings import TradeSettings

        return [TradeSettings]

    @hookimpl
    def menu_items(self, user: User) -> list[MenuItem]:
        return [
            MenuItem(
                _l("Trade figures"),
                "trade.index",
                icon="receipt",
                group="customers",
                permission="trade.read",
                order=30,
            ),
            MenuItem(
                _l("Shipments"),
                "trade.shipments",
                icon="truck",
                group="customers",
                permission="trade.read",
                order=31,
                under="trade.index",
            ),
            MenuItem(
                _l("Invoices and open items"),
                "trade.invoices",
                icon="receipt-cutoff",
                group="customers",
                permission="trade.read",
                order=32,
                under="trade.index",
            ),
            MenuItem(
                _l("Receipts"),
                "trade.receipts",
                icon="cash-coin",
                group="customers",
                permission="trade.read",
                order=33,
                under="trade.index",
            ),
            MenuItem(
                _l("Declared figures"),
                "trade.declarations",
                icon="card-checklist",
                group="customers",
                permission="trade.read",
                order=34,
                under="trade.index",
            ),
            MenuItem(
                _l("Disputes"),
                "trade.disputes",
                icon="exclamation-diamond",
                group="customers",
                permission="trade.read",
                order=35,
                under="trade.index",
            ),
            MenuItem(
                _l("Monthly collection"),
                "trade.months",
                icon="calendar2-check",
                group="customers",
                permission="trade.months",
                order=37,
                under="trade.index",
            ),
        ]

    @hookimpl
    def record_facts(self, record: Any, user: User) -> list[Fact]:
        from .panels import facts

        return facts(record, user)

    @hookimpl
    def record_panels(self, record: Any, user: User) -> list[Panel]:
        from .panels import panels

        return panels(record, user)

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record: Any, user: User) -> list[Any]:
        from .panels import timeline_sources

        return timeline_sources(record, user)

    @hookimpl(optionalhook=True)
    def card_figures(self) -> list[Any]:
        from .cards import figures

        return figures()

    @hookimpl
    def after_change(self, model: type, change: str, keys: Any) -> None:
        from .models import Order
        from .services.summary import follow_orders

        if model is Order:
            follow_orders(change, keys)

    @hookimpl(optionalhook=True)
    def register_erasures(self) -> list[Any]:
        from .erasing import places

        return places()
