"""The list of commands.

Who may give each, and what decides it. Nothing else is handled.
"""

from billing.books import access, delivery, endpoints, filing
from billing.books.commands import (
    addresses,
    cancelling,
    changes,
    claims,
    credit_notes,
    customer_credits,
    customers,
    deviations,
    exposures,
    invoicing,
    ledger,
    merging,
    opening,
    past,
    payments,
    personal_data,
    proposals,
    quote_payments,
    quotes,
    subscriptions,
)
from billing.books.handle import Handler
from billing.campaigns.exposure import DrawArms
from billing.catalogue.file import ApplyCatalogue
from billing.catalogue.proposal import (
    ApproveCatalogue,
    ProposeCatalogue,
    RejectCatalogue,
    WithdrawCatalogue,
)
from billing.changes.cancellation import Cancel
from billing.changes.change import AddItem, ChangeSubscription, RemoveItem, Undo
from billing.changes.pause import Pause, Resume
from billing.company import ApplyCompany
from billing.customers.address import SetTemporaryAddress, WithdrawAddress
from billing.customers.merging import MergeCustomers, SplitCustomers
from billing.customers.personal_data import ErasePersonalData, RevealIdentity
from billing.customers.registration import ChangeCustomer, RegisterCustomers
from billing.dunning.command import SendReminders, WriteOff
from billing.invoicing.command import (
    ApproveRun,
    BillDay,
    CarryOutRun,
    ChargeOnce,
    CreditInvoice,
    PreviewRun,
    RecordUsage,
)
from billing.invoicing.opening import RecordOpenInvoices
from billing.invoicing.past import RecordPastInvoices
from billing.ledger.command import BookVouchers
from billing.payment_methods.command import (
    OrderCollection,
    RecordCollectionResults,
    RecordMandates,
)
from billing.payments.command import (
    RecordPayments,
    ReturnPayment,
    SettleCredits,
    SettleDeviation,
)
from billing.subscriptions.agreement import KeepAfterTrial, Subscribe
from billing.subscriptions.quote import (
    ActivateQuotes,
    DeclineQuote,
    Quote,
    SignQuote,
)
from billing.webhooks.command import DisableEndpoint, RegisterEndpoint

ADMIN = frozenset({"admin", "system"})
DESK = ADMIN | {"billing", "service", "integrator"}
BILLING = ADMIN | {"billing"}
BOOKS = ADMIN | {"controller"}

HANDLERS: dict[type, Handler] = {
    ApplyCompany: Handler(ADMIN, customers.apply_company),
    RegisterCustomers: Handler(DESK, customers.register_customers),
    ChangeCustomer: Handler(DESK, customers.change_customer),
    SetTemporaryAddress: Handler(DESK, addresses.set_temporary),
    WithdrawAddress: Handler(DESK, addresses.withdraw),
    MergeCustomers: Handler(BILLING | {"service"}, merging.merge_customers),
    SplitCustomers: Handler(BILLING | {"service"}, merging.split_customers),
    ErasePersonalData: Handler(BILLING, personal_data.erase),
    RevealIdentity: Handler(BILLING | {"service"}, personal_data.reveal),
    ApplyCatalogue: Handler(ADMIN, proposals.apply_at_once),
    ProposeCatalogue: Handler(BILLING | BOOKS, proposals.propose_catalogue),
    ApproveCatalogue: Handler(BILLING | BOOKS, proposals.approve_catalogue),
    RejectCatalogue: Handler(BILLING | BOOKS, proposals.reject_catalogue),
    WithdrawCatalogue: Handler(BILLING | BOOKS, proposals.withdraw_catalogue),
    Subscribe: Handler(DESK | BOOKS, subscriptions.subscribe),
    KeepAfterTrial: Handler(DESK, subscriptions.keep_after_trial),
    Quote: Handler(DESK, quotes.quote),
    SignQuote: Handler(DESK, quotes.sign_quote),
    DeclineQuote: Handler(DESK, quotes.decline_quote),
    ActivateQuotes: Handler(BILLING, quote_payments.activate_quotes),
    ChangeSubscription: Handler(DESK, changes.change_subscription),
    AddItem: Handler(DESK, changes.add_item),
    RemoveItem: Handler(DESK, changes.remove_item),
    Pause: Handler(DESK, changes.pause),
    Resume: Handler(DESK, changes.resume),
    Cancel: Handler(DESK, cancelling.cancel),
    DrawArms: Handler(BILLING, exposures.draw_arms),
    Undo: Handler(DESK, changes.undo),
    RecordUsage: Handler(DESK, invoicing.record_usage),
    ChargeOnce: Handler(DESK, invoicing.charge_once),
    CreditInvoice: Handler(BILLING | {"service"}, credit_notes.credit_invoice),
    BillDay: Handler(BILLING, invoicing.bill_day),
    PreviewRun: Handler(BILLING | BOOKS, invoicing.preview_run),
    ApproveRun: Handler(BILLING | BOOKS, invoicing.approve_run),
    CarryOutRun: Handler(BILLING, invoicing.carry_out_run),
    RecordOpenInvoices: Handler(BILLING, opening.record_open_invoices),
    RecordPastInvoices: Handler(BILLING, past.record_past_invoices),
    RecordPayments: Handler(BILLING | {"integrator"}, payments.record_payments),
    ReturnPayment: Handler(BILLING, payments.return_payment),
    SettleDeviation: Handler(BILLING | {"service"}, deviations.settle_deviation),
    SettleCredits: Handler(BILLING, customer_credits.settle_credits),
    SendReminders: Handler(BILLING, claims.send_reminders),
    WriteOff: Handler(BOOKS, claims.write_off),
    RecordMandates: Handler(BILLING | {"service"}, claims.record_mandates),
    OrderCollection: Handler(BILLING, claims.order_collection),
    RecordCollectionResults: Handler(BILLING, claims.record_results),
    BookVouchers: Handler(BOOKS, ledger.book_vouchers),
    RegisterEndpoint: Handler(ADMIN | {"integrator"}, endpoints.register),
    DisableEndpoint: Handler(ADMIN | {"integrator"}, endpoints.disable),
    access.IssueApiKey: Handler(ADMIN, access.issue_api_key),
    access.RevokeApiKey: Handler(ADMIN, access.revoke_api_key),
    filing.RecordFile: Handler(DESK | BOOKS, filing.record_file),
    delivery.RecordDeliveries: Handler(BILLING, delivery.record_deliveries),
}
